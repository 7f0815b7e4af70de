"""What an audit writes: blocks (`blocks`), and those as Markdown (`text`) and as a page (`page`)."""
