"""The words of the project as types; every room may import this one, and it imports none of them."""
