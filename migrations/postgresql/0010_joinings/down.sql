DROP TABLE joinings;
