"""`pairdx demo`: a page on this machine that asks every model about one picture and caption."""
