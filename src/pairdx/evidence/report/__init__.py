"""One page on the whole run: data, models, errors, costs, conclusions, and how it was made."""
