"""Language models behind one interface: any OpenAI-compatible endpoint, and a packaged one on this machine."""
