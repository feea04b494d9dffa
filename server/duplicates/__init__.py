"""Two records of one customer: brought together by a person, and taken apart again."""
