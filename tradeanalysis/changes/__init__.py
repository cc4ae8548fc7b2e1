"""What moved the index: contributions of partners, blocs and products, and what moved the growth behind it."""
