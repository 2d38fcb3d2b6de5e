DROP TABLE missing_bodies;
DROP TABLE heads;
