"""What keeps several documents consistent: a faxbox is its document, its copy and its addresses."""
