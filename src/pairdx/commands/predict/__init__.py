"""`pairdx predict`: a model asked about many images, whatever they are named by."""
