"""What every stage rests on: errors, outputs, tables, params, decoded images. Small and still."""
