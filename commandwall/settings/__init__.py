"""A site's configuration: its schema, its spreadsheet of cameras, its layouts, and every fault in them."""
