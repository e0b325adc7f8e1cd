export { default as express, type Express, type RequestHandler, type Response } from 'express'
