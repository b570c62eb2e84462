"""What is measured: accuracy, macro-F1, AUROC, calibration, ranks. Training reads it, too."""
