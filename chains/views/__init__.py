"""What a person sees: tables, the live view, trials hop by hop, the question to a person in a seat."""
