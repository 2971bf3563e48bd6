FROM nvcr.io/nvidia/tritonserver:25.10-py3
