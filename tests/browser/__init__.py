"""The pages in a real Chromium: the whole story, accessibility, and a mail scanner that clicks nothing."""
