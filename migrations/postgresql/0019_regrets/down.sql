DROP TABLE regrets;
