"""What goes wrong with a store. Light: a command line imports it without the database libraries."""


class StoreError(Exception):
    """The store cannot be opened or written; the message says in one sentence what an operator can do."""
