FROM docker.io/vllm/vllm-openai:v0.26.0
