-- Words of new messages are collected and put into the index together: frequent ones stand in most messages, and each
-- time that one is put there alone its list is unpacked and packed again. What is collected is searched word by word,
-- so it is kept short (in kB); a commit that puts it away takes some milliseconds longer.
ALTER INDEX message_search_words SET (fastupdate = on, gin_pending_list_limit = 128);
