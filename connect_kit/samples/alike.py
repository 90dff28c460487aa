"""What makes records of one child differ, and records of two children agree: nicknames, twins' names, middle names.

These lists are the sample's own, so that a matcher that knows other lists is measured honestly.
"""

from __future__ import annotations

from typing import Final

#: Full name, then what the child is called.
NICKNAMES: Final = """
    William Bill, William Will, William Liam, Robert Bob, Robert Rob, Robert Bobby, Richard Rick, Richard Dick,
    James Jim, James Jimmy, John Jack, John Johnny, Joseph Joe, Joseph Joey, Michael Mike, Michael Mikey,
    Thomas Tom, Thomas Tommy, Charles Charlie, Charles Chuck, Christopher Chris, Daniel Dan, Daniel Danny,
    Matthew Matt, Anthony Tony, Andrew Drew, Andrew Andy, Joshua Josh, Nicholas Nick, Alexander Alex,
    Alexander Xander, Benjamin Ben, Samuel Sam, Jacob Jake, Zachary Zach, Nathan Nate, Timothy Tim, Steven Steve,
    Stephen Steve, Edward Eddie, Edward Ted, Theodore Teddy, Theodore Theo, Jonathan Jon, Gabriel Gabe, Isaac Ike,
    Elijah Eli, Joseph Jo, Henry Hank, Henry Harry, Gregory Greg, Kenneth Kenny, Ronald Ron, Raymond Ray,
    Lawrence Larry, Frederick Fred, Leonard Lenny, Patrick Pat, Peter Pete, Philip Phil, Vincent Vince, Maxwell Max,
    Jeremiah Jerry, Cameron Cam, Dominic Nick, Tristan Tris, Edwin Ed, Eugene Gene, Walter Walt, Albert Al,
    Arthur Art, Donald Don, Elizabeth Liz, Elizabeth Beth, Elizabeth Lizzie, Elizabeth Eliza, Katherine Kate,
    Katherine Katie, Katherine Kathy, Margaret Maggie, Margaret Peggy, Margaret Meg, Abigail Abby, Alexandra Lexi,
    Alexandra Sandra, Alexandra Allie, Samantha Sam, Victoria Vicky, Victoria Tori, Isabella Bella, Isabella Izzy,
    Isabelle Belle, Madeline Maddie, Madison Maddie, Rebecca Becky, Rebecca Becca, Jennifer Jenny, Jennifer Jen,
    Jessica Jess, Christina Chrissy, Christina Tina, Patricia Patty, Patricia Trish, Barbara Barb, Deborah Debbie,
    Susan Sue, Kathleen Kathy, Cynthia Cindy, Virginia Ginny, Judith Judy, Dorothy Dot, Frances Fran, Eleanor Ellie,
    Eleanor Nora, Charlotte Lottie, Charlotte Charlie, Evelyn Evie, Amelia Millie, Josephine Josie, Gabriella Gabby,
    Natalie Nat, Allison Allie, Penelope Penny, Lillian Lily, Caroline Carrie, Savannah Vanna, Mackenzie Kenzie,
    Danielle Dani, Nicole Nikki, Jacqueline Jackie, Megan Meg, Teresa Tess, Valentina Val, Genevieve Gen,
    Catherine Cathy, Katelyn Kate, José Pepe, Francisco Paco, Francisco Pancho, Francisco Frank, Ignacio Nacho,
    Jesús Chuy, Guadalupe Lupe, Guadalupe Lupita, Alejandro Alex, Alejandra Ale, Eduardo Lalo, Eduardo Eddie,
    Roberto Beto, Alberto Beto, Enrique Kike, Enrique Quique, Rafael Rafa, Fernando Nando, Fernanda Fer,
    Antonio Toño, Antonio Tony, Manuel Manny, Manuel Manolo, Miguel Mike, Juan Juanito, Luis Lucho, Carlos Charlie,
    Ricardo Ricky, Santiago Santi, Sebastián Sebas, Mariana Mari, María Mari, Gabriela Gaby, Daniela Dani,
    Daniel Dani, Valeria Vale, Isabel Chabela, Dolores Lola, Consuelo Chelo, Concepción Concha, Mercedes Meche,
    Rosario Chayo, Graciela Chela, Verónica Vero, Patricia Paty, Elizabeth Eli, Carolina Caro, Leonardo Leo,
    Emiliano Emi, Andrea Andy, Javier Javi, Gustavo Gus, Salvador Chava, Gerardo Jerry, Armando Mando, Ernesto Neto,
    Esperanza Espe, Araceli Celi, Yesenia Yesi, Jorge Coque, Sergio Checo, Mohammed Mo, Muhammad Mo, Mohamed Mo,
    Abdullah Abdul, Ibrahim Ibra, Fatima Fati, Aleksandr Sasha, Anastasia Nastya, Dmitri Dima, Mikhail Misha,
    Nikolai Kolya, Ekaterina Katya, Maria Masha, Vladimir Vova, Sergei Seryozha, Ivan Vanya, Emmanuel Manny,
    Emeka Meka, Babatunde Tunde, Temitope Temi, Siddharth Sid, Krishna Kris, Nikhil Nik"""

#: Given names of twins that a typing error could turn into each other, by the origins that would choose them.
TWINS_ALIKE: Final = """
    Jayden Kayden, Aiden Caiden, Brayden Hayden, Haley Bailey, Hailey Kailey, Kayla Layla, Madison Addison,
    Daniel Daniela, Eric Erica, Michael Michelle, Maria Mariah, Taylor Tyler, Ella Bella, Emma Emily, Ava Eva,
    Julian Juliana, Gabriel Gabriela, Andrew Andrea, Christian Christina, Alexander Alexandra, Joseph Josephine,
    Samuel Samantha, Makayla Mikayla, Kaylee Kylie, Brianna Breanna, Jada Jayda, Nia Mia, Darius Marius,
    Trevon Devon, Jaylen Jalen, Amari Amira, Landon Brandon, Logan Morgan, Carter Carson, Peyton Payton,
    Riley Rylee, Zoe Zoey, Hannah Anna, Sara Sarah, Katelyn Kaitlin, Evan Ethan, Jordan Jordyn, Mason Jason,
    Lily Lilly, Patrick Patricia, Stephen Stephanie, Paul Paula, Victor Victoria, Robert Roberta, Dominic Dominique,
    Isaiah Josiah, Jacob Jakob, Kara Cara"""
SPANISH_TWINS_ALIKE: Final = """
    Daniel Daniela, María Marisa, Luis Luisa, Juan Juana, Gabriel Gabriela, Adrián Adriana, Fernando Fernanda,
    Alejandro Alejandra, Ángel Ángela, Mariana Marina, Ana Anahí, José Josefa, Camila Kamila, Julián Julia,
    Valeria Valentina, Emilia Emilio, Mateo Matías, Paola Paula, Andrés Andrea, Isabel Isabela, Carlos Carla,
    Jimena Ximena, Sofía Sonia, Victor Victoria, Leonel Leonela, Manuel Manuela, Rafael Rafaela, Miguel Micaela"""
OTHER_TWINS_ALIKE: Final = """
    Linh Minh, Thanh Khanh, Hung Huy, Ngoc Ngan, Wei Mei, Ming Ling, Jun Yun, Xin Xinyi, Hassan Hussein, Amir Amira,
    Samir Samira, Karim Karima, Aisha Aysha, Nadia Nada, Salma Selma, Ivan Ivana, Milan Milana,
    Aleksandr Aleksandra, Kwame Kwaku, Kofi Kojo, Taiwo Kehinde, Amina Aminata,
    Arjun Arnav, Aarav Aarush, Riya Diya, Anika Anita, Ji-hoon Ji-hoo, Seo-jun Seo-yun, Hana Hanna, Matteo Mattia,
    Lukas Luka, Chloé Cléo"""

MIDDLE: Final = """
    Lee, Jordan, Rae, Taylor, Morgan, Quinn, Reese, Blake, Avery, Skye, Robin, Jean, Kai, Jamie, Alex, Angel,
    Guadalupe, Cruz, Noel, Drew, Ellis, Shea, Sage, Dale, Lane, Rowan, Jude, River, Carmen, Rosario, Kim, Minh,
    Noor, Amani, Lynn, Ray, Jo, Dana, Casey, Jessie, Riley, Peyton, Finley, Emerson, Harley, Dakota, Phoenix,
    Charlie, Sam, Trinidad, Jaime, Ariel, Jael, Li, Thanh, Kiran, Imani, Ayo, Sasha, Ash"""


def pairs(text: str) -> list[tuple[str, str]]:
    """The two names of each entry."""
    entries = (entry.split() for entry in text.replace("\n", ",").split(",") if entry.strip())
    return [(first, second) for first, second in entries]
