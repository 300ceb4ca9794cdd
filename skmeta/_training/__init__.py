"""Word and paragraph vectors learned from documents."""
