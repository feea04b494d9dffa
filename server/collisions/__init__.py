"""撞单: two people registered one customer, neither knowing of the other."""
