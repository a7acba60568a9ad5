"""The control plane: one service that people and programs call, by HTTP and by MQTT."""
