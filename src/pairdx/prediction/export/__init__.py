"""A trained model, written for ONNX Runtime or OpenVINO: what runs elsewhere, without torch."""
