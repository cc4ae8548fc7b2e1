"""Selections from a trade table: measures by group, the basket of one economy, the cells of a panel, markets."""
