"""Every read a page, a letter or a document needs: frozen answers made for one screen, never table rows."""
