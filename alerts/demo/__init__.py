"""The bundled newsroom and the sinks that stand in for a phone: real servers on loopback, our own texts."""
