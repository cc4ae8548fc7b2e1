"""What is taken out of a trade table before anything is asked of it: a basket, the cells of a world, a vector."""
