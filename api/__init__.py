"""The web application and the command line: what people do."""
