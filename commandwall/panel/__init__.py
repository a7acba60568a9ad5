"""The static pages: operator, ops, head and sign-in, as plain ES modules served as they are."""
