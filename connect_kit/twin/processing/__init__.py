"""What a twin does with a file that is uploaded (decisions 13 to 20)."""
