"""Speed, measured against floors that do the same raw work in the same run."""
