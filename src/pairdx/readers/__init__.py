"""What people decided and labelled, and the spreadsheets in which they say it."""
