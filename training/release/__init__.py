"""Release: the ONNX file, its quantisation, the model card and its tables."""
