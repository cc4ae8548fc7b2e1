"""Who depends on whom: partners both ways, the structure of trade, screens by product, and what is beyond the usual."""
