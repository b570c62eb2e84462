"""What is passed on: the data set in the forms that others read, model folders, and their cards."""
