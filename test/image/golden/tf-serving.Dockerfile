FROM docker.io/tensorflow/serving:2.19.1
