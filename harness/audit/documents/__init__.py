"""Documents of an audit: composed once as blocks and JSON, shown as ASCII Markdown and on the page."""
