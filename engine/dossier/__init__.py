"""Documents of a dossier: plain facts → one view-model → PDF, DOCX, XLSX and a verifiable archive."""
