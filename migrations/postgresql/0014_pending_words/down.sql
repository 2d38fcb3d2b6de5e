ALTER INDEX message_search_words SET (fastupdate = off);
ALTER INDEX message_search_words RESET (gin_pending_list_limit);
SELECT gin_clean_pending_list('message_search_words');
