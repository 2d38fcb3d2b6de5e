DROP TABLE shared_files;
