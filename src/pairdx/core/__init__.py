"""What every stage rests on: errors, outputs, tables, parameters. Small and still."""
