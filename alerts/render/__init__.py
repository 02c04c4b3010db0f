"""Alert or digest -> message: pure; one file per form."""
