"""The models that come with Neo: which they are, how their files arrive, and how the embedders load."""
