"""How files get onto the disk: with room for them, and none left half-written."""
