-- Run once in single-user mode while the cluster is made. The role of the same name is the cluster's own.
CREATE DATABASE wellkept OWNER wellkept;
