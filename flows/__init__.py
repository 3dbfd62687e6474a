"""What time does: Prefect flows that read the record and act through engine.commands."""
