"""The pool: customers whom nobody owns, how they get there, and how people take them on."""
