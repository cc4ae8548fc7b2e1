"""What if: a market that closes, prices that fall, demand that moves together."""
