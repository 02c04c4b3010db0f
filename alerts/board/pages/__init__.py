"""One file a page: a request goes in, the record of the page comes out."""
