"""Given names of the wider tables, the commonest of each origin first; every character exists in Windows-1252."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = """
    Olivia, Liam, Emma, Noah, Ava, James, Charlotte, Oliver, Amelia, Elijah, Harper, William, Evelyn, Henry, Abigail,
    Lucas, Emily, Benjamin, Elizabeth, Theodore, Ella, Jackson, Avery, Michael, Madison, Daniel, Scarlett, Samuel,
    Grace, Jacob, Chloe, Logan, Layla, Mason, Riley, Jack, Zoey, Levi, Nora, Alexander, Lily, Owen, Eleanor, Wyatt,
    Hannah, Asher, Lillian, Carter, Addison, Leo, Aubrey, Luke, Ellie, Julian, Stella, Grayson, Natalie, Matthew, Zoe,
    Ezra, Leah, Gabriel, Hazel, Joseph, Violet, Jayden, Aurora, John, Savannah, Isaac, Audrey, Dylan, Brooklyn,
    Lincoln, Bella, Anthony, Claire, Hudson, Skylar, Nathan, Lucy, Caleb, Paisley, Ryan, Everly, Andrew, Anna, Joshua,
    Caroline, Thomas, Nova, Charles, Genesis, Christopher, Emilia, Jaxon, Kennedy, Isaiah, Samantha, Nolan, Maya,
    Aaron, Willow, Cameron, Kinsley, Eli, Naomi, Josiah, Aaliyah, Robert, Elena, Adrian, Sarah, Jonathan, Ariana,
    Colton, Allison, Hunter, Gabriella, Christian, Alice, Connor, Madelyn, Landon, Cora, Evan, Ruby, Easton, Eva,
    Jordan, Serenity, Parker, Autumn, Angel, Adeline, Brayden, Hailey, Dominic, Gianna, Austin, Valentina, Ian, Isla,
    Adam, Eliana, Jace, Quinn, Brooks, Nevaeh, Kevin, Ivy, Greyson, Sadie, Jason, Piper, Cooper, Lydia, Brandon,
    Alexa, Justin, Josephine, Zachary, Emery, Carson, Julia, Tyler, Delilah, Blake, Arianna, Nicholas, Vivian, Bentley,
    Kaylee, Chase, Sophie, Weston, Brielle, Bryson, Madeline, Gavin, Hadley, Ryder, Peyton, Vincent, Rylee, Sawyer,
    Clara, Max, Kylie, Micah, Margaret, Cole, Melanie, Kayden, Faith, Tristan, Taylor, George, Katherine, Maxwell,
    Mackenzie, Patrick, Andrea, Timothy, Jade, Steven, Mary, Eric, Alexandra, Kyle, Morgan, Richard, Rachel, Edward,
    Jasmine, Jesse, Bailey, Alex, Molly, Caden, Reagan, Bryce, Ximena, Tanner, Isabelle, Preston, Jocelyn, Seth, Haley,
    Peter, Paige, Brady, Rebecca, Marcus, Amy, Sean, Ashley, Collin, Jennifer, Shane, Jessica, Troy, Megan, Dalton,
    Brooke, Garrett, Nicole, Trevor, Lauren, Travis, Erin, Victor, Shelby, Dawson, Kelsey, Spencer, Leslie, Grant,
    Laura, Jeremy, Amber, Corbin, Kendall, Keegan, Victoria, Edwin, Danielle, Louis, Teresa, Philip, Christina,
    Gregory, Susan, Kenneth, Patricia, Ronald, Barbara, Walter, Deborah, Albert, Nancy, Frederick, Kathleen, Lawrence,
    Pamela, Harold, Cynthia, Stephen, Virginia, Raymond, Judith, Arthur, Dorothy, Donald, Bridget, Leonard, Mary-Kate,
    Eugene, Mary Ann, Russell, Anna-Lee, Milo, Frances, Jonah, Eloise, Rowan, Phoebe, Silas, Juniper, Beckett, Ember,
    Declan, Maeve, Finn, Sloane, Archer, Wren, Knox, Tessa, Atticus, Marley, Zane, Lena, Otis, Harmony, Reid, Mabel"""

BLACK: Final = """
    Aaliyah, Elijah, Nevaeh, Isaiah, Imani, Jeremiah, Kennedy, Malik, Destiny, Xavier, Jada, Amari, Trinity, Jalen,
    Ebony, Darius, Kiara, Tyrone, Nia, Terrell, Tiana, Marquis, Aniyah, DeShawn, Makayla, Andre, Diamond, Jamal,
    Raven, Kendrick, Zariah, Tyrese, Ja'Nae, Messiah, Amani, King, Kamiyah, Carter, Skye, Zion, Janiyah, Josiah,
    Heaven, Khalil, Serenity, Cedric, Asia, D'Andre, Laila, Kareem, Jayla, Reginald, Miracle, Trevon, Tyra, Quincy,
    Kyla, Lamar, Precious, Rashad, Alexus, Dominique, Ayanna, Marcus, London, Desmond, Journee, Devonte, Nyla, Jerome,
    Essence, Antoine, Dasia, Micah, Tamia, Omari, Chanel, Roderick, Journey, Nasir, Royalty, Demetrius, Latoya,
    Ahmad, Keisha, Bryson, Monique, Kobe, Simone, Javon, Yvette, Tavion, Sanaa, Rayshawn, Shanice, La'Mya, Zaire,
    Ky'Asia, Prince, Amiyah, Jabari, Zuri, Ka'Mari, Princess, Davion, Da'Quan, Saniyah, Keyon, Armani, Treasure"""

SPANISH: Final = """
    Santiago, Sofía, Mateo, Camila, Sebastián, Valentina, Alejandro, Isabella, Diego, Ximena, Luis, María, José,
    Mariana, Juan, Daniela, Carlos, Gabriela, Ángel, Lucía, Jesús, Natalia, Miguel, Andrea, David, Victoria, Emiliano,
    Fernanda, Leonardo, Guadalupe, Daniel, Valeria, Gael, Alejandra, Iker, Regina, Adrián, Renata, Antonio, Paola,
    Francisco, Elena, Eduardo, Jimena, Javier, Ana, Fernando, Diana, Ricardo, Samantha, Jorge, Abigail, Manuel, Melany,
    Axel, Esmeralda, Cristian, Evelyn, Rafael, Karla, Iván, Carolina, Andrés, Yaretzi, Roberto, Leslie, Óscar,
    Estrella, Pedro, Itzel, Héctor, Brenda, Erick, Alondra, César, Marisol, Raúl, Rosa, Mario, Carmen, Sergio, Cecilia,
    Rodrigo, Mía, Alberto, Abril, Joaquín, Angelina, Marco, Perla, Julio, Lizbeth, Edgar, Adriana, Armando, Liliana,
    Hugo, Verónica, Arturo, Mónica, Rubén, Claudia, Enrique, Yesenia, Alfredo, Patricia, Gerardo, Silvia, Ernesto,
    Sandra, Gustavo, Araceli, Ramón, Norma, Tomás, Beatriz, Felipe, Inés, Pablo, Noemí, Emilio, Belén, Ignacio, Pilar,
    Salvador, Rocío, Gilberto, Dulce, Joel, Maricela, Abel, Yolanda, Ana María, Juan Carlos, María José, José Luis,
    María Elena, Miguel Ángel, Ana Sofía, Luis Ángel, María Fernanda, Juan Pablo, Ana Paula, José Manuel, Mayra,
    Isaías, Xochitl, Saúl, Citlali, Esteban, Nayeli, Moisés, Aranza, Dariel, Luz, Elías, Consuelo, Uriel, Esperanza"""

VIETNAMESE: Final = """
    Minh, Anh, Linh, Huy, Khang, Ngoc, Bao, Phuong, Duc, Thao, Long, Trang, Nam, Vy, Tuan, Han, Quang, My, Khoa, Thu,
    Hieu, Lan, Dat, Mai, Phuc, Huong, Tien, Yen, Vinh, Nhi, Hung, Uyen, Tri, Kim, Son, Tam, Thanh, Hoa, Dung, Tuyet,
    Loc, Diem, Kiet, Bich, Quoc, Ngan, Tai, Thuy, Hai, Chau, Gia Bao, Bao Ngoc, Minh Anh, Khanh, An, Truc, Kien, Xuan"""

CHINESE: Final = """
    Wei, Mei, Jian, Xin, Hao, Yan, Jun, Ling, Ming, Jing, Yi, Ying, Lei, Hui, Feng, Nan, Bin, Yu, Chen, Xiu, Bo, Min,
    Qiang, Fang, Tao, Juan, Peng, Lan, Kai, Qing, Rui, Yun, Zhen, Lily, Kevin, Grace, Jason, Michelle, Eric, Emily,
    Tian, Shu, Haoran, Yuxin, Zixuan, Xinyi, Yichen, Siyu, Jia, Xiao, Yang, Zhi, Guang, Hong, Dong, Li, Anqi, Zihan"""

EAST_ASIAN: Final = """
    Min-jun, Seo-yeon, Ji-hoon, Ji-woo, Hyun, Ha-eun, Joon, Soo-jin, Jae, Yuna, Daniel, Hana, Kenji, Yuki, Haruto,
    Sakura, Ren, Aoi, Sora, Mio, Kaito, Emi, Jun, Naomi, Angelo, Angelica, Jericho, Maria Clara, John Paul, Princess,
    Mark, Jasmine, Joshua, Althea, Christian, Bea, Carlo, Kristine, Paolo, Camille, Malia, Kai, Kalani, Leilani, Keoni,
    Alana, Nainoa, Noelani, Tevita, Sione, Lani, Mele, Pua, Kimo, Tala, Isagani, Luningning, Seo-jun, Do-yun, Eun-ji"""

SOUTH_ASIAN: Final = """
    Aarav, Anaya, Arjun, Priya, Rohan, Ananya, Vivaan, Diya, Aditya, Isha, Krishna, Kavya, Ishaan, Riya, Vihaan, Saanvi,
    Rahul, Neha, Karan, Pooja, Dev, Meera, Nikhil, Shreya, Sai, Divya, Ayaan, Anika, Rishi, Tara, Siddharth, Nisha,
    Pranav, Aditi, Varun, Lakshmi, Anil, Sneha, Vikram, Jyoti, Sanjay, Radha, Manish, Sunita, Harpreet, Simran,
    Gurpreet, Jaspreet, Manpreet, Amrit, Kiran, Deepak, Rajesh, Anjali, Suresh, Pallavi, Ramesh, Sita, Gopal, Leela,
    Dinesh, Asha, Bibek, Sarita, Prakash, Binita, Tenzin, Pema, Dawa, Sonam, Nadia, Imran, Zara, Bilal, Hira, Usman"""

ARABIC: Final = """
    Mohammed, Fatima, Ahmed, Aisha, Ali, Maryam, Omar, Zainab, Yusuf, Layla, Ibrahim, Noor, Hassan, Sara, Hussein,
    Amina, Khalid, Yasmin, Mustafa, Hana, Abdullah, Salma, Karim, Leila, Tariq, Rania, Samir, Amira, Zaid, Dalia,
    Bilal, Huda, Hamza, Jana, Adam, Malak, Anas, Rahma, Ismail, Iman, Faisal, Nadia, Mahmoud, Samira, Rami, Lina,
    Nasser, Reem, Walid, Farah, Jamal, Sumaya, Marwan, Rana, Sami, Nour, Ziad, Hiba, Majid, Safa, Osama, Khadija,
    Muhammad, Ruqayya, Mohamed, Asma, Idris, Hafsa, Yahya, Zahra, Ammar, Razan, Fares, Tasneem, Murtaza, Batool"""

SLAVIC: Final = """
    Aleksandr, Anastasia, Ivan, Sofia, Dmitri, Maria, Maksim, Daria, Nikolai, Anna, Artem, Polina, Mikhail, Katarina,
    Andrei, Viktoria, Sergei, Elizaveta, Alexei, Ksenia, Kirill, Alina, Pavel, Yulia, Roman, Olga, Vladimir, Tatiana,
    Bohdan, Oksana, Taras, Solomiya, Danylo, Zlata, Yaroslav, Nadiya, Piotr, Zofia, Jakub, Magdalena, Stanislaw,
    Agnieszka, Krzysztof, Malgorzata, Tomasz, Ewa, Milan, Milana, Goran, Ivana, Luka, Jelena, Nikola, Vesna, Stefan,
    Mila, Marko, Dragana, Filip, Tereza, Jan, Zuzana, Vasyl, Svitlana, Ihor, Kateryna, Oleksandr, Yevhen, Iryna"""

WEST_AFRICAN: Final = """
    Kwame, Ama, Kofi, Abena, Chidi, Ngozi, Emeka, Amara, Tunde, Folake, Ade, Yetunde, Mamadou, Fatou, Ousmane,
    Aminata, Ibrahima, Mariama, Moussa, Kadiatou, Sekou, Awa, Cheikh, Bintou, Abdoulaye, Oumou, Kwaku, Akosua, Yaw,
    Efua, Kojo, Adwoa, Obinna, Chioma, Ifeanyi, Adaeze, Chukwuemeka, Nneka, Oluwaseun, Temitope, Babatunde, Titilayo,
    Ayodele, Bukola, Segun, Funmilayo, Taiwo, Kehinde, Musa, Hauwa, Abdi, Hodan, Liban, Ifrah, Dawit, Hiwot, Yonas,
    Selam, Bereket, Meron, Jean, Marie, Emmanuel, Esther, Samuel, Grace, Joseph, Blessing, Prosper, Divine, Espoir"""

EUROPEAN: Final = """
    Lukas, Anneliese, Matthias, Ingrid, Björn, Astrid, Søren, Freya, Anders, Élise, François, Chloé, Théo, Noémie,
    Jean-Luc, Marie-Claire, Renée, Pierre, Luca, Giulia, Matteo, Chiara, Alessandro, Francesca, Marco, Bianca, João,
    Beatriz, Tiago, Inês, Rui, Catarina, Dimitri, Eleni, Nikos, Katerina, Saoirse, Ciarán, Niamh, Siobhán, Cillian,
    Aoife, Jürgen, Ilse, Zoë, Stefan, Greta, Nils, Annika, Lars, Sanne, Daan, Lotte, Bram, Anouk, Elif, Emre, Zeynep,
    Levente, Eszter, Aino, Mikko, Ana Luísa, José Carlos, Thérèse, André, Irène, Gérard, Arman, Ani, Davit, Narek"""
